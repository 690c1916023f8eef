package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.List;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;

/** What is fitted: columns, family and link. */
public record ModelSpec(Design design, Family family, Link link) implements Serializable {
    /** Where the parameters lie in one vector. */
    public ParameterLayout layout() {
        return design.layout(family);
    }

    /** Whether it is a linear mixed model, whose marginal likelihood has a closed form. */
    public boolean isLinear() {
        return family.isLinear(link) && design.auxiliary().stream().allMatch(List::isEmpty);
    }

    /** The same of other columns. */
    public ModelSpec with(Design other) {
        return new ModelSpec(other, family, link);
    }
}
