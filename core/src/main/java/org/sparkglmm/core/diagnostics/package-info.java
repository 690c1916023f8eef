/**
 * Whether the model suits the data: residuals, zeros, the shape of the random effects, influential clusters, collinear columns,
 * variance explained, and what to do about each, one sentence a finding. Works on a sample of clusters where there are many.
 */
package org.sparkglmm.core.diagnostics;
