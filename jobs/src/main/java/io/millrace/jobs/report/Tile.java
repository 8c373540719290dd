package io.millrace.jobs.report;

/**
 * A figure at the top of a page.
 *
 * @param kind good, bad or empty
 */
public record Tile(String label, String value, String unit, String note, String kind) {}
