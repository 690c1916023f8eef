/**
 * The marginal likelihood: one cluster's integral over its random effects by Laplace or adaptive Gauss-Hermite quadrature
 * with its exact gradient and Hessian, the closed form for gaussian outcomes, and the sums of them over blocks. Hot loops live here.
 */
package org.sparkglmm.core.likelihood;
