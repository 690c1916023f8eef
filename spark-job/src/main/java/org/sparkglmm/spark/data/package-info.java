/**
 * From a table to blocks: reading it, binding a formula to its columns, counting what is missing, and bringing the rows
 * of each person together in one shuffle. Knows Spark and no statistics.
 */
package org.sparkglmm.spark.data;
