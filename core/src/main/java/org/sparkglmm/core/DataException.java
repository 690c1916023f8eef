package org.sparkglmm.core;

/** The data cannot be used for the model that was asked for. The command line exits with 3. */
public final class DataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The message is one clear sentence for the user: what, got, allowed. */
    public DataException(String message) {
        super(message);
    }
}
