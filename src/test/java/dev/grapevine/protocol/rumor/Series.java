package dev.grapevine.protocol.rumor;

/** A figure over many runs. */
public final class Series {

    private int count;
    private double sum;
    private double squares;

    /**
     * Adds a run.
     *
     * @param value its figure
     */
    public void add(double value) {
        count++;
        sum += value;
        squares += value * value;
    }

    /**
     * How many runs there were.
     *
     * @return the count
     */
    public int count() {
        return count;
    }

    /**
     * The mean of the runs.
     *
     * @return the mean
     */
    public double mean() {
        return sum / count;
    }

    /**
     * How far the figures of single runs are from their mean.
     *
     * @return the standard deviation
     */
    public double deviation() {
        return Math.sqrt(Math.max(0, (squares - sum * sum / count) / (count - 1)));
    }

    /**
     * How far the mean may be off.
     *
     * @return the standard error
     */
    public double error() {
        return deviation() / Math.sqrt(count);
    }
}
