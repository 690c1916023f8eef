/**
 * Scalars, small matrices and sums that give the same bits on every machine: the elementary functions are the project's
 * own, sums are compensated and taken in a fixed order. A leaf: nothing here knows statistics beyond distribution
 * functions and random numbers of the elementary distributions, nor any other package of the project.
 */
package org.sparkglmm.core.math;
