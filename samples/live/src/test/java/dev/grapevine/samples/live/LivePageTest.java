package dev.grapevine.samples.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * Three instances as processes and one browser with a tab on two of them. Skipped where there is no Chromium. The steps
 * build on each other: an instance that comes back must know what was shared before.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LivePageTest {

    private static final File CHROMIUM = onPath("chromium");
    private static final File DRIVER = onPath("chromedriver");
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final Duration SOON = Duration.ofSeconds(30);

    /** Less than any suspicion lasts that only time decides. */
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    private static Cluster cluster;
    private static ChromeDriver browser;
    private static String firstTab;
    private static String secondTab;

    @BeforeAll
    static void openBothPages() throws IOException {
        boolean here = CHROMIUM.canExecute() && DRIVER.canExecute();
        String missing = "The page is tested in a browser, and chromium and chromedriver are not both on the path";
        if ("true".equals(System.getenv("CI"))) {
            assertThat(here).as(missing).isTrue();
        }
        assumeTrue(here, "Skipped: " + missing);
        Files.createDirectories(SCREENSHOTS);
        cluster = new Cluster();
        browser = new ChromeDriver(
                new ChromeDriverService.Builder().usingDriverExecutable(DRIVER).build(), options());
        await("all instances to be ready", () -> cluster.answers(0) && cluster.answers(1) && cluster.answers(2));
        resize(1280, 1000);
        browser.get(cluster.instance(0).url());
        firstTab = browser.getWindowHandle();
        browser.switchTo().newWindow(WindowType.TAB);
        secondTab = browser.getWindowHandle();
        resize(1280, 1000);
        browser.get(cluster.instance(1).url());
    }

    private static File onPath(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> new File(folder, name))
                .filter(File::canExecute)
                .findFirst()
                .orElse(new File(name));
    }

    private static ChromeOptions options() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM);
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars");
        return options;
    }

    @AfterAll
    static void close() throws Exception {
        if (browser != null) {
            browser.quit();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    @Order(1)
    void everyPageShowsThreeMembersAndItsOwnAmongThem() {
        for (Map.Entry<String, String> page :
                Map.of(firstTab, "live-1", secondTab, "live-2").entrySet()) {
            browser.switchTo().window(page.getKey());
            await("three members", () -> alive().equals(List.of("live-1", "live-2", "live-3")));
            assertThat(browser.findElement(By.cssSelector(".card.self")).getDomAttribute("data-name"))
                    .isEqualTo(page.getValue());
            await("readings of all three", () -> browser.findElements(By.cssSelector(".cpu .value")).stream()
                    .allMatch(value -> value.getText().endsWith("%")));
        }
    }

    @Test
    @Order(2)
    void whatIsTypedOnOnePageIsReadOnTheOther() throws IOException {
        browser.switchTo().window(firstTab);
        say("merry muscat", "Is anybody on the second instance?");
        browser.switchTo().window(secondTab);
        await("the line of the first page", () -> lines().contains("Is anybody on the second instance?"));
        say("patient syrah", "I am! No Redis, no RabbitMQ, nothing between us.");
        browser.switchTo().window(firstTab);
        await("the answer", () -> lines().contains("I am! No Redis, no RabbitMQ, nothing between us."));
    }

    @Test
    @Order(3)
    void aFlagThatOnePageAddsAndTogglesIsOnTheOther() throws IOException {
        browser.switchTo().window(firstTab);
        for (String name : List.of("beta-search", "dark-launch", "new-checkout")) {
            addFlag(name);
        }
        toggle("beta-search");
        browser.switchTo().window(secondTab);
        await("the flag to be on", () -> isOn("beta-search"));
        toggle("new-checkout");
        browser.switchTo().window(firstTab);
        await("the other flag to be on", () -> isOn("new-checkout") && !isOn("dark-launch"));
        shoot("three-members", "light");
        shoot("three-members-dark", "dark");
    }

    @Test
    @Order(4)
    void aRemovedFlagIsGoneFromBoth() {
        browser.switchTo().window(secondTab);
        addFlag("short-lived");
        browser.switchTo().window(firstTab);
        await("the flag", () -> flag("short-lived") != null);
        flag("short-lived").findElement(By.className("remove")).click();
        browser.switchTo().window(secondTab);
        await("the flag to be gone", () -> flag("short-lived") == null);
    }

    @Test
    @Order(5)
    void aKilledInstanceIsSeenDeadAndItsReturnIsSeenToo() throws Exception {
        browser.switchTo().window(firstTab);
        cluster.kill(2);
        await(AT_ONCE, "the third to be dead", () -> "dead".equals(status("live-3")));
        assertThat(alive()).containsExactly("live-1", "live-2");
        shoot("one-killed", "light");
        say("noble pinot", "One of us is gone.");

        cluster.start(2);
        await("the third to be back", () -> alive().equals(List.of("live-1", "live-2", "live-3")));
        browser.get(cluster.instance(2).url());
        await("the flags on the page of the third", () -> isOn("beta-search") && isOn("new-checkout"));
        browser.get(cluster.instance(0).url());
    }

    @Test
    @Order(6)
    void aPageWhoseOwnInstanceIsKilledSaysSoAndRecoversWithIt() throws Exception {
        browser.switchTo().window(secondTab);
        await("the stream", () -> linkState().equals("live"));
        cluster.kill(1);
        await("the page to notice", () -> linkState().equals("lost"));
        assertThat(browser.findElement(By.id("notice")).getText()).contains("does not answer");
        shoot("own-instance-killed", "dark");

        cluster.start(1);
        await(
                "the page to be back",
                () -> linkState().equals("live")
                        && alive().equals(List.of("live-1", "live-2", "live-3"))
                        && isOn("beta-search"));
        say("early chenin", "Here again.");
        browser.switchTo().window(firstTab);
        await("a line from the instance that returned", () -> lines().contains("Here again."));
        browser.switchTo().window(secondTab);
        assertThat(browser.findElement(By.id("notice")).isDisplayed()).isFalse();
    }

    @Test
    @Order(7)
    void thePageFitsATelephoneAndHasNoErrorsOfItsOwn() throws IOException {
        browser.switchTo().window(firstTab);
        await("three members", () -> alive().size() == 3);
        resize(390, 1900);
        assertThat((Boolean) browser.executeScript("return document.documentElement.scrollWidth <= innerWidth"))
                .as("fits the width")
                .isTrue();
        shoot("telephone", "light");
        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
                .extracting(LogEntry::getMessage)
                .noneMatch(message -> message.contains("Uncaught"));
    }

    private static void say(String author, String text) {
        WebElement name = browser.findElement(By.id("author"));
        name.clear();
        name.sendKeys(author);
        browser.findElement(By.id("text")).sendKeys(text);
        browser.findElement(By.cssSelector("#say button")).click();
    }

    private static List<String> lines() {
        return browser.findElements(By.cssSelector("#lines .text")).stream()
                .map(WebElement::getText)
                .toList();
    }

    private static void addFlag(String name) {
        WebElement input = browser.findElement(By.id("flag-name"));
        await("the last flag to be sent", () -> input.getDomProperty("value").isEmpty());
        input.sendKeys(name);
        browser.findElement(By.cssSelector("#add-flag button")).click();
        await("the flag " + name, () -> flag(name) != null);
    }

    private static WebElement flag(String name) {
        return browser.findElements(By.cssSelector("[data-flag='" + name + "']")).stream()
                .findFirst()
                .orElse(null);
    }

    private static void toggle(String name) {
        await("the flag " + name, () -> flag(name) != null);
        flag(name).findElement(By.className("switch")).click();
    }

    private static boolean isOn(String name) {
        WebElement flag = flag(name);
        return flag != null
                && "true".equals(flag.findElement(By.className("switch")).getDomAttribute("aria-checked"));
    }

    private static List<String> alive() {
        return browser.findElements(By.cssSelector(".card.alive")).stream()
                .map(card -> card.getDomAttribute("data-name"))
                .toList();
    }

    private static String status(String name) {
        return browser.findElements(By.cssSelector(".card[data-name='" + name + "']")).stream()
                .map(card -> card.getDomAttribute("data-status"))
                .findFirst()
                .orElse("absent");
    }

    private static String linkState() {
        return browser.findElement(By.id("link")).getDomAttribute("data-state");
    }

    private static void resize(int width, int height) {
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    private static void shoot(String name, String scheme) throws IOException {
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        await("colours to settle", () -> (Boolean) browser.executeScript("return !document.getAnimations()"
                + ".some(each => each instanceof CSSTransition || each.animationName === 'arrive')"));
        Files.write(SCREENSHOTS.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    }

    private static void await(String what, BooleanSupplier condition) {
        await(SOON, what, condition);
    }

    private static void await(Duration time, String what, BooleanSupplier condition) {
        new WebDriverWait(browser, time, Duration.ofMillis(100))
                .ignoring(StaleElementReferenceException.class)
                .withMessage(() -> "waited for " + what + "; the page shows:\n"
                        + browser.findElement(By.tagName("body")).getText())
                .until(driver -> condition.getAsBoolean());
    }
}
