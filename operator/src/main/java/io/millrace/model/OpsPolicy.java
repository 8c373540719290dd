package io.millrace.model;

/** Which ops may be reached by what a model runs: its signature, its initialisers, its restore. */
public enum OpsPolicy {
  /** As {@link #STANDARD}, and none that trains or builds an input pipeline. */
  STRICT,
  /**
   * None that reaches outside the graph, hides code in data, blocks, ends the process or is
   * unknown; files only where the graph shows that they are the model's own.
   */
  STANDARD,
  /** Any that the engine has. */
  OFF
}
