package org.sparkglmm.core;

/**
 * What a user can set and messages speak of. Here it is plain words; an option or a parameter only where a front end shows the
 * sentence, by its {@link SettingNames}.
 */
public enum Setting implements Spoken {
    FORMULA("formula"),
    ZERO_INFLATION("zero inflation"),
    DISPERSION("a model of the dispersion"),
    OFFSET("offset"),
    WEIGHTS("weights"),
    PRECISION_WEIGHTS("precision weights"),
    LEVELS("levels"),
    NODES("nodes"),
    TOLERANCE_OF_LOG_LIKELIHOOD("tolerance of the log-likelihood"),
    TOLERANCE_OF_ESTIMATES("tolerance of the estimates"),
    REML("REML"),
    OPTIMIZER("optimizer"),
    STANDARD_ERRORS("standard errors"),
    INTERVALS("intervals"),
    MIN_CELL_COUNT("smallest cell count"),
    START("the start");

    private final String words;

    Setting(String words) {
        this.words = words;
    }

    /**
     * With a value.
     *
     * @param value as front ends write it
     * @param words for both, a noun
     */
    public Mention at(String value, String words) {
        return new Mention(this, value, "%s", words);
    }

    /** A front end's name in brackets, behind words that say what is meant; nothing where there is none. */
    public Mention aside() {
        return at("", words).aside();
    }

    /**
     * A front end's name with what belongs to it; nothing where there is none.
     *
     * @param frame the name itself is its %s
     */
    public Mention within(String frame) {
        return at("", words).within(frame);
    }

    @Override
    public String in(SettingNames names) {
        return names.of(this, "");
    }

    @Override
    public String toString() {
        return words;
    }
}
