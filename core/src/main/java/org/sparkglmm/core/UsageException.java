package org.sparkglmm.core;

/** The user asked for something that cannot be: a formula, an option, a column. The command line exits with 2. */
public class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The message is one clear sentence for the user: what, got, allowed. */
    public UsageException(String message) {
        super(message);
    }
}
