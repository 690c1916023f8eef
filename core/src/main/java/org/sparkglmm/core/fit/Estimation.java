package org.sparkglmm.core.fit;

/** A method of estimation, of one problem. */
interface Estimation {
    /**
     * Estimates.
     *
     * @throws org.sparkglmm.core.DataException if the data cannot bear the model
     */
    Estimates estimate();
}
