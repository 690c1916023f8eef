/**
 * The statistics of spark-glmm, free of Spark. This root holds only what every room may use: the two exceptions whose
 * messages are written for users, the sentences that they and warnings are made of with the settings that these speak of, and the
 * nearest known word for "did you mean". Everything else lives in a room below; the root knows none of them.
 */
package org.sparkglmm.core;
