package io.millrace.flink;

import java.io.Serializable;

/**
 * Turns a rejection into an element of the main output, so that one sink writes both predictions
 * and dead letters, in order and in one transaction. Called on the task thread.
 */
@FunctionalInterface
public interface RejectionMapper<T, OUT> extends Serializable {

  /** The element that stands for the rejected record. */
  OUT map(Rejection<T> rejection);
}
