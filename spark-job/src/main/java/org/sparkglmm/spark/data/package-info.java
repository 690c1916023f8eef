/**
 * From a table to blocks: reading it, binding a formula to its columns, one look that counts what is missing
 * and packs what is complete, and bringing the rows of each person together in one shuffle. Knows Spark and no statistics.
 */
package org.sparkglmm.spark.data;
