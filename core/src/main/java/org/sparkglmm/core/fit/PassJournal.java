package org.sparkglmm.core.fit;

/**
 * Keeps what passes over the data brought, so that a fit that was cut off can go on where it was. A fit asks the same
 * questions in the same order on the same data, so a second attempt is answered by the journal as far as it reaches and
 * goes its own way from there: its result has the bits of a fit that was never cut off.
 */
public interface PassJournal {
    /** Keeps nothing. */
    PassJournal NONE = new PassJournal() {
        @Override
        public boolean begin(long fit) {
            return false;
        }

        @Override
        public double[] find(long question) {
            return null;
        }

        @Override
        public void keep(long question, double[] answer) {
            // That is the point of it.
        }
    };

    /**
     * Called once, when the data are known and before anything else is asked.
     *
     * @param fit fingerprint of the rows and of the model
     * @return whether it holds answers of an earlier attempt at the same fit
     * @throws RuntimeException if what it holds is of another fit
     */
    boolean begin(long fit);

    /** An answer of an earlier attempt, an array of one's own; null if there is none. */
    double[] find(long question);

    /** Keeps an answer that was not found; sparing in what it costs, it may wait until there is more to keep. */
    void keep(long question, double[] answer);
}
