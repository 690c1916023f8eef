/** Measures the program on Spark. Compiled by the profile {@code benchmark} alone; in no jar. */
package org.sparkglmm.spark.benchmark;
