package org.sparkglmm.core;

/** The user asked for something that cannot be: a formula, an option, a column. The command line exits with 2. */
public class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Sentence sentence;

    /** The message is one clear sentence for the user: what, got, allowed. */
    public UsageException(String message) {
        this(Sentence.text(message));
    }

    /** Of a sentence that speaks of settings. */
    public UsageException(Sentence sentence) {
        this(sentence, sentence.toString());
    }

    /** Of a sentence, and its words in a front end's language. */
    protected UsageException(Sentence sentence, String message) {
        super(message);
        this.sentence = sentence;
    }

    /** The message, for whatever front end shows it. */
    public Sentence sentence() {
        return sentence;
    }

    /** The same with the message in a front end's language. */
    public UsageException in(SettingNames names) {
        UsageException said = new UsageException(sentence, sentence.in(names));
        said.setStackTrace(getStackTrace());
        return said;
    }
}
