package io.millrace.model;

/** The states of a version on a subtask, named as in TensorFlow Serving. */
public enum VersionState {
  /** Announced; nothing is held yet. */
  START,
  /** Being fetched, verified, loaded and warmed up. */
  LOADING,
  /** Loaded and warm; it scores if it is the active one. */
  AVAILABLE,
  /** On its way out, until its last batch is done. */
  UNLOADING,
  /** Gone, or never loaded because it was rejected. */
  END
}
