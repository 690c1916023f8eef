/**
 * What an observation's distribution is: families and links on the scale of the linear predictor, the catalogue that
 * lists them, and how the model's parameters lie in one vector. No data, no integration, no formula.
 */
package org.sparkglmm.core.model;
