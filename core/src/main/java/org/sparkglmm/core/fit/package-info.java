/**
 * The recipe of a fit, from blocks to a result: checks, scaling, starting values, the ladder of quadrature nodes, the
 * boundary, the covariance of the estimates. It reads as a sequence of verbs; the work is done in the rooms above.
 */
package org.sparkglmm.core.fit;
