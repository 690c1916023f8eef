package org.sparkglmm.spark.cli;

import org.sparkglmm.core.Setting;

/** What the command line calls the settings: its options, as they are typed into a shell. */
final class OptionNames {
    private OptionNames() {}

    /** {@code --se}, {@code --se robust}, {@code --zi '~ 1'}. */
    static String of(Setting setting, String value) {
        String quote = value.contains(" ") ? "'" : "";
        return option(setting) + (value.isEmpty() ? "" : " " + quote + value + quote);
    }

    private static String option(Setting setting) {
        return switch (setting) {
            case FORMULA -> "--formula";
            case ZERO_INFLATION -> "--zi";
            case DISPERSION -> "--dispersion";
            case OFFSET -> "--offset";
            case WEIGHTS -> "--weights";
            case PRECISION_WEIGHTS -> "--precision-weights";
            case LEVELS -> "--levels";
            case NODES -> "--nodes";
            case TOLERANCE_OF_LOG_LIKELIHOOD -> "--tolerance-loglik";
            case TOLERANCE_OF_ESTIMATES -> "--tolerance-estimates";
            case REML -> "--reml";
            case OPTIMIZER -> "--optimizer";
            case STANDARD_ERRORS -> "--se";
            case INTERVALS -> "--ci";
            case MIN_CELL_COUNT -> "--min-cell-count";
            case START -> "--start";
        };
    }
}
