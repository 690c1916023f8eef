/**
 * From the text of an R mixed-model formula to its terms. {@link org.sparkglmm.core.formula.Formula#parse} is the door;
 * the records beside it are what it gives. Inside, {@code Lexer} makes tokens, {@code FormulaReader} reads the two
 * sides, {@code TermReader} does R's algebra of terms, {@code VariableReader} names variables as R prints them and
 * {@code SqlReader} turns what R would evaluate into Spark SQL text. No data and no types of columns are known here:
 * what a factor is and which columns a term becomes is decided in {@code design}.
 */
package org.sparkglmm.core.formula;
