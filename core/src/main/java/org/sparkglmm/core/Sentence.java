package org.sparkglmm.core;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * What is said to users, in which settings are references until it is shown: {@link #in} has them as a front end's users write them,
 * {@link #toString} in plain words. No text in between holds a mark that could be shown by mistake.
 *
 * @param template as of {@link String#format}
 * @param values texts, numbers, settings, and sentences in the sentence
 */
public record Sentence(String template, List<Serializable> values) implements Spoken {
    public static final Sentence NONE = text("");

    /** A format and its values. */
    public static Sentence of(String template, Serializable... values) {
        return new Sentence(template, List.of(values));
    }

    /** Words that speak of no setting. */
    public static Sentence text(String words) {
        return of("%s", words);
    }

    public boolean isEmpty() {
        return toString().isEmpty();
    }

    @Override
    public String in(SettingNames names) {
        return String.format(
                Locale.ROOT,
                template,
                values.stream()
                        .map(value -> value instanceof Spoken spoken ? spoken.in(names) : value)
                        .toArray());
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, template, values.toArray());
    }
}
