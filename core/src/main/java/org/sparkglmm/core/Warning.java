package org.sparkglmm.core;

import java.io.Serializable;

/**
 * Something the user must know about a fit.
 *
 * @param code stable, for programs
 * @param sentence one, with what to do
 */
public record Warning(String code, Sentence sentence) implements Serializable {
    /** Of words that speak of no setting. */
    public Warning(String code, String message) {
        this(code, Sentence.text(message));
    }

    public String message() {
        return sentence.toString();
    }

    /** The same in a front end's language. */
    public Warning in(SettingNames names) {
        return new Warning(code, sentence.in(names));
    }
}
