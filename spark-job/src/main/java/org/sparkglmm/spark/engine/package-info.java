/**
 * Where work is done: tasks over the parts of tables and files, the shuffle, blocks and what is kept of them, passes. Nothing outside this
 * room knows of RDDs, so that an engine without them is an addition here.
 */
package org.sparkglmm.spark.engine;
