/**
 * Minimisers of a smooth function of a few dozen variables whose evaluation is dear and comes with its gradient, many
 * points at a time. A leaf: knows no statistics.
 */
package org.sparkglmm.core.optim;
