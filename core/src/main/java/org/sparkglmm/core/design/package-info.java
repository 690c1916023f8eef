/**
 * From terms and rows to numbers: {@link org.sparkglmm.core.design.ModelMatrix} says which columns a formula's terms
 * become, with R's names, order and contrasts; the other classes hold the rows themselves, by person and in primitive
 * arrays. No likelihood here, and nothing of where the rows come from.
 */
package org.sparkglmm.core.design;
