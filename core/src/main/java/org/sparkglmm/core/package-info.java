/**
 * The statistics of spark-glmm, free of Spark. This root holds only what every room may use: the two exceptions whose
 * messages are written for users, and the nearest known word for "did you mean". Everything else lives in a room
 * below; the root knows none of them.
 */
package org.sparkglmm.core;
