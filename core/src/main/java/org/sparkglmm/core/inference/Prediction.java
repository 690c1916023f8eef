package org.sparkglmm.core.inference;

/**
 * A prediction of a row with its standard errors; NaN where a value it needs is missing.
 *
 * @param link on the scale of the linear predictor
 * @param linkSe its standard error
 * @param response the outcome's mean, then the probability of each category if there are any
 * @param responseSe their standard errors
 */
public record Prediction(double link, double linkSe, double[] response, double[] responseSe) {}
