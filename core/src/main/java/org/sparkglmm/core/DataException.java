package org.sparkglmm.core;

/** The data cannot be used for the model that was asked for. The command line exits with 3. */
public final class DataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Sentence sentence;

    /** The message is one clear sentence for the user: what, got, allowed. */
    public DataException(String message) {
        this(Sentence.text(message));
    }

    /** Of a sentence that speaks of settings. */
    public DataException(Sentence sentence) {
        this(sentence, sentence.toString());
    }

    private DataException(Sentence sentence, String message) {
        super(message);
        this.sentence = sentence;
    }

    /** The message, for whatever front end shows it. */
    public Sentence sentence() {
        return sentence;
    }

    /** The same with the message in a front end's language. */
    public DataException in(SettingNames names) {
        DataException said = new DataException(sentence, sentence.in(names));
        said.setStackTrace(getStackTrace());
        return said;
    }
}
