package org.sparkglmm.ml;

import java.util.Locale;
import org.sparkglmm.core.Setting;

/** What {@link Glmm} calls the settings: its parameters, and with a value the call that sets it. */
final class GlmmNames {
    private GlmmNames() {}

    /** standardErrors, setStandardErrors("robust"), setNodes(9). */
    static String of(Setting setting, String value) {
        String parameter = parameter(setting);
        if (value.isEmpty()) {
            return parameter;
        }
        String quote = value.chars().allMatch(Character::isDigit) ? "" : "\"";
        return "set" + parameter.substring(0, 1).toUpperCase(Locale.ROOT) + parameter.substring(1) + "(" + quote + value
                + quote + ")";
    }

    private static String parameter(Setting setting) {
        return switch (setting) {
            case FORMULA -> "formula";
            case ZERO_INFLATION -> "zi";
            case DISPERSION -> "dispersion";
            case OFFSET -> "offsetCol";
            case WEIGHTS -> "weightsCol";
            case PRECISION_WEIGHTS -> "precisionWeightsCol";
            case LEVELS -> "levels";
            case NODES -> "nodes";
            case TOLERANCE_OF_LOG_LIKELIHOOD -> "toleranceLogLik";
            case TOLERANCE_OF_ESTIMATES -> "toleranceEstimates";
            case REML -> "reml";
            case OPTIMIZER -> "optimizer";
            case STANDARD_ERRORS -> "standardErrors";
            case INTERVALS -> "intervals";
            case MIN_CELL_COUNT -> "minCellCount";
            case START -> "start";
        };
    }
}
