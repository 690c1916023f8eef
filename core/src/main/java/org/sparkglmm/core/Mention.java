package org.sparkglmm.core;

/**
 * A setting in a sentence, mostly with a value.
 *
 * @param value as front ends write it; empty for the setting itself
 * @param frame what goes with a front end's name, itself its %s
 * @param words in the place of it all where no front end speaks
 */
public record Mention(Setting setting, String value, String frame, String words) implements Spoken {
    public static final Mention ROBUST_ERRORS = Setting.STANDARD_ERRORS.at("robust", "robust standard errors");
    public static final Mention PROFILE_INTERVALS = Setting.INTERVALS.at("profile", "profile intervals");
    public static final Mention WALD_INTERVALS = Setting.INTERVALS.at("wald", "Wald intervals");
    public static final Mention AUTOMATIC_NODES = Setting.NODES.at("auto", "nodes chosen automatically");
    public static final Mention ZERO_MODEL = Setting.ZERO_INFLATION.at("~ 1", "a model of the zeros");

    /** In brackets, behind words that say what is meant; nothing where there is no front end. */
    public Mention aside() {
        return within(" (%s)");
    }

    /** With what belongs to the name; nothing where there is no front end. */
    public Mention within(String around) {
        return new Mention(setting, value, around, "");
    }

    @Override
    public String in(SettingNames names) {
        return String.format(frame, names.of(setting, value));
    }

    @Override
    public String toString() {
        return words;
    }
}
