package org.sparkglmm.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SuggestionsTest {

    private static final List<String> FAMILIES = List.of("gaussian", "binomial", "poisson", "nbinom1", "nbinom2");

    @Test
    void findsAWordWithALetterTooFewTooManyWrongOrSwapped() {
        assertEquals(Optional.of("poisson"), Suggestions.nearest("poison", FAMILIES));
        assertEquals(Optional.of("poisson"), Suggestions.nearest("poissson", FAMILIES));
        assertEquals(Optional.of("poisson"), Suggestions.nearest("poisbon", FAMILIES));
        assertEquals(Optional.of("poisson"), Suggestions.nearest("psoisson", FAMILIES));
        assertEquals(Optional.of("ab"), Suggestions.nearest("ba", List.of("ab")));
    }

    @Test
    void caseDoesNotCount() {
        assertEquals(Optional.of("gaussian"), Suggestions.nearest("GAUSSIAN", FAMILIES));
        assertEquals(Optional.of("Größe"), Suggestions.nearest("GRÖSE", List.of("Größe")));
    }

    @Test
    void proposesNothingFarAway() {
        assertEquals(Optional.empty(), Suggestions.nearest("gamma", FAMILIES));
        assertEquals(Optional.empty(), Suggestions.nearest("xy", List.of("ab")));
        assertEquals(
                Optional.empty(), Suggestions.nearest("z", List.of("x", "y")), "one letter is near to every other");
        assertEquals(Optional.empty(), Suggestions.nearest("ac", List.of("ab")));
        assertEquals(Optional.of("Id"), Suggestions.nearest("id", List.of("Id", "it")));
        assertEquals(Optional.empty(), Suggestions.nearest("x", List.of()));
    }

    @Test
    void ofEquallyNearWordsTheFirstInTheAlphabet() {
        assertEquals(Optional.of("nbinom1"), Suggestions.nearest("nbinom", List.of("nbinom2", "nbinom1")));
    }
}
