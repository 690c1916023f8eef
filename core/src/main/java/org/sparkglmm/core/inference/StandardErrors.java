package org.sparkglmm.core.inference;

import java.util.Locale;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.UsageException;

/** Which standard errors z, p and intervals rest on; both are always shown. */
public enum StandardErrors {
    /** From the observed information: valid if the model is. */
    MODEL,
    /** The sandwich over clusters: valid also if the dependence within clusters is not as the model says. */
    ROBUST;

    /** The name in options and files. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * By its name.
     *
     * @throws UsageException if there are none of that name
     */
    public static StandardErrors named(String label) {
        for (StandardErrors errors : values()) {
            if (errors.label().equals(label)) {
                return errors;
            }
        }
        throw new UsageException(Sentence.of("%s: must be model or robust, got '%s'", Setting.STANDARD_ERRORS, label));
    }
}
