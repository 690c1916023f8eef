package org.sparkglmm.spark.cli;

/** What the process says to whoever started it. */
final class ExitCode {
    static final int OK = 0;
    static final int UNEXPECTED = 1;
    static final int USAGE = 2;
    static final int DATA = 3;
    static final int NOT_CONVERGED = 4;
    static final int OUTPUT_EXISTS = 5;

    private ExitCode() {}

    /** The same in a word, for {@link StatusFile}. */
    static String word(int code) {
        return switch (code) {
            case OK -> "ok";
            case USAGE -> "usage";
            case DATA -> "data";
            case NOT_CONVERGED -> "not_converged";
            case OUTPUT_EXISTS -> "output_exists";
            default -> "unexpected";
        };
    }
}
