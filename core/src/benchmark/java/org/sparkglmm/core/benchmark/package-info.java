/** Measures the statistics without Spark (JMH). Compiled by the profile {@code benchmark} alone; in no jar. */
package org.sparkglmm.core.benchmark;
