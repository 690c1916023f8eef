package org.sparkglmm.core.inference;

import java.util.Locale;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.UsageException;

/** How intervals of parameters are found. */
public enum IntervalMethod {
    /** Estimate ± 1.96 standard errors, on a scale that suits the parameter. */
    WALD,
    /** All values that a likelihood-ratio test does not reject. */
    PROFILE;

    /** The name in options and files. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * By its name.
     *
     * @throws UsageException if there is none of that name
     */
    public static IntervalMethod named(String label) {
        for (IntervalMethod method : values()) {
            if (method.label().equals(label)) {
                return method;
            }
        }
        throw new UsageException(Sentence.of("%s: must be wald or profile, got '%s'", Setting.INTERVALS, label));
    }
}
