/**
 * From estimates and their covariance to what people read: coefficient tables, random-effect covariances, conditional
 * modes of clusters.
 */
package org.sparkglmm.core.inference;
