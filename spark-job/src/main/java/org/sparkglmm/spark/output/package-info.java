/** What a fit leaves behind: the model file, the summary, the persons' effects, predictions; whole or not at all. */
package org.sparkglmm.spark.output;
