package io.millrace.jobs.demo;

/**
 * A transaction and what only the generator knows about it.
 *
 * @param risk the probability of fraud that the label was drawn with: what a perfect model answers
 * @param fraud the label
 */
record LabelledTransaction(Transaction transaction, double risk, boolean fraud) {}
