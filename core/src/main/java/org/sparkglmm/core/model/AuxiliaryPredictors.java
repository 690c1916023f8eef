package org.sparkglmm.core.model;

/**
 * The linear predictors of a family's own parameters ψ at the rows of a block: each a constant or a column.
 *
 * <p>Made once a parameter vector; not for the inner loops, which work on what {@link ObservationModel#prepare} makes of it.
 */
public final class AuxiliaryPredictors {
    private final double[] constant;
    private final double[][] column;

    /**
     * @param constant one value a parameter
     * @param column the parameter's values by row, null where it is constant
     */
    public AuxiliaryPredictors(double[] constant, double[][] column) {
        this.constant = constant;
        this.column = column;
    }

    /** The same ψ at every row. */
    public static AuxiliaryPredictors constant(double... psi) {
        return new AuxiliaryPredictors(psi, new double[psi.length][]);
    }

    /** How many there are. */
    public int count() {
        return constant.length;
    }

    /** All of them at a row of the block. */
    public void at(int row, double[] into) {
        for (int k = 0; k < constant.length; k++) {
            into[k] = at(k, row);
        }
    }

    /** Parameter k at a row of the block. */
    public double at(int k, int row) {
        return column[k] == null ? constant[k] : column[k][row];
    }
}
