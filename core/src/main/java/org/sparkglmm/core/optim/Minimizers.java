package org.sparkglmm.core.optim;

import java.util.List;
import java.util.Optional;

/** The catalogue of methods. */
public final class Minimizers {
    private static final List<Minimizer> ALL = List.of(new TrustRegionNewton(), new Lbfgs(), new Bobyqa());

    private Minimizers() {}

    public static List<String> names() {
        return ALL.stream().map(Minimizer::name).toList();
    }

    public static Optional<Minimizer> named(String name) {
        return ALL.stream().filter(m -> m.name().equals(name)).findFirst();
    }
}
