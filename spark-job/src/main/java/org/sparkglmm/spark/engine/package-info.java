/** Evaluating functions of blocks where the blocks are. The one class that touches the RDD during a fit. */
package org.sparkglmm.spark.engine;
