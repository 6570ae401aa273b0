/**
 * Pictures and tables as text: the kit, which knows nothing of clusters.
 *
 * <p>{@link dev.hairpin.render.TextTable} prints rows for people, spreadsheets and pull requests;
 * {@link dev.hairpin.render.BarChart}, {@link dev.hairpin.render.LineChart} and
 * {@link dev.hairpin.render.TimeLine} print charts as text and as SVG, drawn with
 * {@link dev.hairpin.render.Svg}. {@link dev.hairpin.render.Escape} is the one place in which text
 * is made safe for a format. Everything is stable: the same values give the same bytes on every
 * machine, so that a test can compare a picture whole.
 */
package dev.hairpin.render;
