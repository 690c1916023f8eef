package org.sparkglmm.core;

import java.io.Serializable;

/** A part of what is said to users; its {@code toString} is plain words, good for anybody. */
sealed interface Spoken extends Serializable permits Sentence, Mention, Setting {
    /** The same in a front end's language. */
    String in(SettingNames names);
}
