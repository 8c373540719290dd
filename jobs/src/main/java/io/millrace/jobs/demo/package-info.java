/**
 * The demo: a real broker, a seeded stream of card transactions, two models trained here, the
 * scoring job, and an account of every record.
 */
@NullMarked
package io.millrace.jobs.demo;

import org.jspecify.annotations.NullMarked;
