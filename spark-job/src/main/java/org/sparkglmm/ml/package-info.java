/**
 * The program for other programs: a {@code spark.ml} estimator and its model. The command line is written on top of it.
 */
package org.sparkglmm.ml;
