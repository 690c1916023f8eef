package org.sparkglmm.core;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** The known word that a user most likely meant, for "did you mean". */
public final class Suggestions {

    private Suggestions() {}

    /**
     * The known word nearest to {@code word}, if it is near enough to be worth proposing: at most max(1, length/3)
     * letters inserted, left out, replaced or swapped with a neighbour, whatever their case; of one or two letters, which are
     * near to everything, only words of the same letters. Of several equally near words the alphabetically first.
     */
    public static Optional<String> nearest(String word, Collection<String> known) {
        int allowed = Math.max(1, word.length() / 3);
        String lower = word.toLowerCase(Locale.ROOT);
        String best = null;
        int bestDistance = allowed + 1;
        for (String candidate : known) {
            boolean tooShort = word.length() < 3 && !hasTheSameLetters(lower, candidate.toLowerCase(Locale.ROOT));
            if (tooShort || Math.abs(candidate.length() - word.length()) > allowed) {
                continue;
            }
            int distance = distance(lower, candidate.toLowerCase(Locale.ROOT));
            boolean nearer = distance < bestDistance
                    || (best != null && distance == bestDistance && candidate.compareTo(best) < 0);
            if (nearer) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    private static boolean hasTheSameLetters(String a, String b) {
        return Arrays.equals(
                a.chars().distinct().sorted().toArray(),
                b.chars().distinct().sorted().toArray());
    }

    /** Damerau-Levenshtein distance in which no letter is edited twice (optimal string alignment). */
    private static int distance(String a, String b) {
        int[] beforePrevious = new int[b.length() + 1];
        int[] previous = new int[b.length() + 1];
        int[] current = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    current[j] = Math.min(current[j], beforePrevious[j - 2] + 1);
                }
            }
            int[] free = beforePrevious;
            beforePrevious = previous;
            previous = current;
            current = free;
        }
        return previous[b.length()];
    }
}
