/**
 * From estimates and their covariance to what people read: coefficient tables, random-effect covariances, conditional
 * modes of clusters; and back, from parameters that people write to outcomes drawn from them.
 */
package org.sparkglmm.core.inference;
