#include "views/shell/main_window.h"

#include "models/base/words.h"
#include "models/settings/portal_settings.h"
#include "views/shell/shortcut_sheet.h"
#include "views/widgets/return_presses.h"

#include <QApplication>
#include <QCloseEvent>
#include <QScreen>
#include <QShortcut>
#include <QStackedWidget>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;
using models::Session;

namespace
{

constexpr QSize kMinimumSize(1024, 700);
constexpr QSize kFirstSize(1440, 900);
constexpr int kFrameWidth = 8;

// A panel that was open is not what somebody wants to see at the next start.
QString rememberedOf(Place place)
{
    static const QStringList kPanels{u"deploy"_s, u"swap"_s, u"create"_s};
    if (kPanels.contains(place.part)) {
        place.part.clear();
    }
    return place.toString();
}

} // namespace

MainWindow::MainWindow(const WindowParts &parts, PageFactory pages, QWidget *parent)
    : QMainWindow(parent), m_parts(parts), m_factory(std::move(pages)),
      m_context{parts.session,     parts.store,         parts.metrics, parts.operations,
                parts.settings,    parts.theme,         *this,         parts.prompter,
                parts.pack_folder, parts.samples_folder},
      m_navigation(new NavigationBar(parts.theme, m_factory)),
      m_top(new TopBar(parts.theme, parts.session)),
      m_bottom(new BottomBar(parts.theme, parts.session, parts.operations)),
      m_banner(new Banner(parts.theme)), m_stack(new QStackedWidget),
      m_toasts(new ToastArea(parts.theme, this))
{
    setWindowTitle(u"Slipway"_s);
    setMinimumSize(kMinimumSize.boundedTo(roomOnScreen()));
    qApp->installEventFilter(new ReturnPresses(this));
    buildFrame();
    connectBars();
    addShortcuts();
    followSession();
    restoreWindow();
}

// Pages hold subscriptions to the models: they go while everything they stand on is still there.
MainWindow::~MainWindow()
{
    m_current = nullptr;
    for (const auto &[id, page] : m_pages) {
        delete page;
    }
}

void MainWindow::buildFrame()
{
    auto *frame = new QWidget;
    auto *area = new QWidget;
    area->setObjectName(u"pageArea"_s);
    area->setAttribute(Qt::WA_StyledBackground);
    m_toasts->setArea(area);
    auto *column = new QVBoxLayout(area);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_top);
    column->addWidget(makeBannerRow());
    column->addWidget(m_stack, 1);
    column->addWidget(m_bottom);
    auto *row = new QHBoxLayout(frame);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_navigation);
    row->addWidget(area, 1);
    setCentralWidget(frame);
    m_palette = new CommandPalette(
        m_parts.theme, [this](const QString &words) { return findForPalette(words); }, this);
    m_palette->setAnchor(m_top->paletteField());
}

// Takes room only while there is something to say.
QWidget *MainWindow::makeBannerRow()
{
    m_banner->setObjectName(u"connectionBanner"_s);
    m_banner_row = new QWidget;
    auto *row = new QVBoxLayout(m_banner_row);
    row->setContentsMargins(space::kPageMargin, 12, space::kPageMargin, 0);
    row->addWidget(m_banner);
    m_banner_row->hide();
    return m_banner_row;
}

void MainWindow::connectBars()
{
    connect(m_navigation, &NavigationBar::pageChosen, this, [this](PageId id) {
        open({id, {}, {}});
    });
    connect(m_navigation, &NavigationBar::collapsedChanged, this,
            &MainWindow::setNavigationCollapsed);
    connect(m_top, &TopBar::crumbChosen, this, &MainWindow::open);
    connect(m_top, &TopBar::paletteRequested, m_palette, &CommandPalette::openPalette);
    connect(m_top, &TopBar::backRequested, this, &MainWindow::back);
    connect(m_top, &TopBar::helpRequested, this, &MainWindow::showShortcuts);
    connect(m_bottom, &BottomBar::alertsChosen, this, [this] { open({PageId::Overview, {}, {}}); });
    connect(m_banner, &Banner::actionClicked, this, &MainWindow::reconnect);
}

void MainWindow::addShortcuts()
{
    const auto add = [this](const QKeySequence &keys, auto act) {
        connect(new QShortcut(keys, this), &QShortcut::activated, this, act);
    };
    add(QKeySequence(u"Ctrl+K"_s), [this] { m_palette->openPalette(); });
    add(QKeySequence(u"F1"_s), [this] { showShortcuts(); });
    add(QKeySequence(u"Alt+Left"_s), [this] { back(); });
    add(QKeySequence(u"Ctrl+B"_s),
        [this] { setNavigationCollapsed(!m_navigation->isCollapsed()); });
    add(QKeySequence(u"Ctrl+Q"_s), [this] { close(); });
    add(QKeySequence(u"F5"_s), [this] {
        reconnect();
        if (m_current != nullptr) {
            m_current->refresh();
        }
    });
}

void MainWindow::followSession()
{
    auto &session = m_parts.session;
    connect(&session, &Session::stateChanged, this, &MainWindow::updateBanner);
    connect(&session, &Session::commandFailed, this,
            [this](const QString &title, const v1::Error &error) {
                notify(Condition::Failed, tr("%1: %2").arg(title, models::text(error.message())));
            });
    connect(&m_parts.operations, &models::OperationModel::finished, this,
            [this](const v1::Operation &operation) {
                if (m_current != nullptr && m_current->tellsOf(operation)) {
                    return; // what is in view says it
                }
                const Place place{PageId::Activity, models::text(operation.id()), {}};
                const auto title = models::text(operation.title());
                const bool failed = operation.state() == v1::Operation::Failed;
                const auto error = models::text(operation.error().message());
                notify(models::conditionOf(operation.state()),
                       failed ? tr("%1 failed: %2").arg(title, error)
                              : tr("%1: %2").arg(title, models::stateWord(operation.state())),
                       &place);
            });
    updateBanner();
}

void MainWindow::updateBanner()
{
    const auto &session = m_parts.session;
    if (session.isLive()) {
        m_fabric_trouble.clear();
    }
    if (!m_fabric_trouble.isEmpty()) {
        m_banner->say(Condition::Failed, m_fabric_trouble, tr("Try now"));
    } else if (session.state() == Session::State::Stale) {
        m_banner->say(
            Condition::Attention,
            tr("The fabric does not answer; this is from %1. It reconnects by itself, and "
               "services go on.")
                .arg(models::timeWords(session.staleSinceMs())),
            tr("Try now"));
    } else if (session.state() == Session::State::Connecting && !session.lastProblem().isEmpty()) {
        m_banner->say(Condition::OnItsWay,
                      tr("Connecting to %1: %2").arg(session.address(), session.lastProblem()),
                      tr("Try now"));
    } else {
        m_banner->clear();
    }
    m_banner_row->setVisible(!m_banner->text().isEmpty());
}

void MainWindow::reconnect()
{
    m_parts.session.reconnectNow();
    Q_EMIT reconnectAsked();
}

void MainWindow::setFabricTrouble(const QString &text)
{
    m_fabric_trouble = text;
    updateBanner();
}

Page *MainWindow::pageFor(PageId id)
{
    if (const auto known = m_pages.find(id); known != m_pages.end()) {
        return known->second;
    }
    const auto entry = std::find_if(m_factory.begin(), m_factory.end(),
                                    [id](const auto &one) { return one.id == id; });
    if (entry == m_factory.end()) {
        return nullptr;
    }
    auto *page = entry->create(m_context).release();
    m_pages[id] = page;
    m_stack->addWidget(page);
    connect(page, &Page::titleChanged, this, [this, page] {
        if (page == m_current) {
            updateTitle();
        }
    });
    connect(page, &Page::placeChanged, this, [this, page](const Place &place) {
        if (page == m_current) {
            m_place = place;
            m_parts.settings.setLastPlace(rememberedOf(place));
        }
    });
    return page;
}

void MainWindow::open(const Place &place)
{
    if (m_current != nullptr) {
        m_history.leave(m_place, place);
    }
    showPlace(place);
}

void MainWindow::back()
{
    if (m_history.canGoBack()) {
        showPlace(m_history.takeBack());
    }
}

void MainWindow::showPlace(const Place &place)
{
    auto *page = pageFor(place.page);
    if (page == nullptr) {
        return;
    }
    auto *before = std::exchange(m_current, page);
    m_place = place;
    if (before != nullptr && before != page) {
        before->onHidden();
    }
    m_stack->setCurrentWidget(page);
    page->setFocus(Qt::OtherFocusReason); // keys reach the page; it may put the focus elsewhere
    page->goTo(place);
    m_navigation->setCurrent(place.page);
    if (before != page) {
        page->onShown();
    }
    m_parts.settings.setLastPlace(rememberedOf(place));
    m_top->setBackEnabled(m_history.canGoBack());
    updateTitle();
}

void MainWindow::updateTitle()
{
    m_top->setBreadcrumb(m_current->breadcrumb());
    setWindowTitle(tr("%1 – Slipway").arg(m_current->title()));
}

void MainWindow::openFirstPlace()
{
    const auto place = Place::fromString(m_parts.settings.lastPlace());
    const bool newcomer = !m_parts.settings.firstRunSeen() && pageFor(PageId::FirstRun) != nullptr;
    open(newcomer ? Place{PageId::FirstRun, {}, {}} : place);
}

void MainWindow::notify(Condition condition, const QString &text, const Place *place)
{
    if (place == nullptr) {
        m_toasts->say(condition, text);
    } else {
        m_toasts->say(condition, text, tr("Show"), [this, there = *place] { open(there); });
    }
}

QString MainWindow::serviceOf(const models::InstanceId &id) const
{
    const auto instance = m_parts.store.instance(id);
    return instance == nullptr ? QString() : models::text(instance->service());
}

QList<PaletteEntry> MainWindow::findForPalette(const QString &words)
{
    auto &settings = m_parts.settings;
    using Scheme = models::PortalSettings::Scheme;
    const QList<PaletteCommand> commands{
        {tr("Use the light theme"),
         {},
         u"sun"_s,
         [&settings] { settings.setScheme(Scheme::Light); }},
        {tr("Use the dark theme"),
         {},
         u"moon"_s,
         [&settings] { settings.setScheme(Scheme::Dark); }},
        {tr("Follow the system's theme"),
         {},
         u"settings"_s,
         [&settings] { settings.setScheme(Scheme::System); }},
        {tr("Fold or unfold the navigation"), u"Ctrl+B"_s, u"sidebar"_s,
         [this] { setNavigationCollapsed(!m_navigation->isCollapsed()); }},
        {tr("Reconnect to the fabric"), u"F5"_s, u"reboot"_s, [this] { reconnect(); }},
        {tr("Keyboard shortcuts"), u"F1"_s, u"help"_s, [this] { showShortcuts(); }},
    };
    return findEntries(words, m_factory, m_current, commands, m_parts.store, *this);
}

void MainWindow::setNavigationCollapsed(bool collapsed)
{
    m_navigation->setCollapsed(collapsed);
    m_parts.settings.setNavigationCollapsed(collapsed);
}

void MainWindow::showShortcuts()
{
    const QList<ShortcutSheet::Key> keys{
        {u"Ctrl+1 … Ctrl+6"_s, tr("Go to a page")},
        {u"Ctrl+K"_s, tr("Search or run a command")},
        {u"/"_s, tr("Filter the table in view")},
        {u"Alt+1 … Alt+4"_s, tr("Show a tab of the service")},
        {u"Ctrl+D"_s, tr("Deploy a package to the service")},
        {u"Ctrl+Shift+S"_s, tr("Swap production and staging")},
        {u"Ctrl+N"_s, tr("Create a service, in the list of services")},
        {u"Alt+Left"_s, tr("Back to where you were")},
        {u"F5"_s, tr("Ask the fabric again")},
        {u"Ctrl+B"_s, tr("Fold the navigation")},
        {u"Enter"_s, tr("Open the selected row")},
        {u"Menu, Shift+F10"_s, tr("What can be done with the selected rows")},
        {u"Esc"_s, tr("Close the panel, empty the filter")},
        {u"Ctrl+Q"_s, tr("Close the portal")},
        {u"F1"_s, tr("This sheet")},
    };
    (new ShortcutSheet(m_parts.theme, keys, this))->open();
}

// What a window manager's frame leaves of the screen; how thick it is shows only once it is there.
QSize MainWindow::roomOnScreen() const
{
    const int title = style()->pixelMetric(QStyle::PM_TitleBarHeight);
    return screen()->availableSize() - QSize(2 * kFrameWidth, title + kFrameWidth);
}

void MainWindow::restoreWindow()
{
    resize(kFirstSize.boundedTo(roomOnScreen()));
    restoreGeometry(m_parts.settings.windowGeometry());
    m_navigation->setCollapsed(m_parts.settings.navigationCollapsed());
}

void MainWindow::raiseToFront()
{
    setWindowState(windowState() & ~Qt::WindowMinimized);
    show();
    raise();
    activateWindow();
}

bool MainWindow::event(QEvent *event)
{
    if (event->type() == QEvent::ThemeChange) {
        m_parts.theme.followSystem();
    }
    return QMainWindow::event(event);
}

void MainWindow::keyPressEvent(QKeyEvent *event)
{
    if (event->text() == u"/"_s && m_current != nullptr && m_current->focusFilter()) {
        return;
    }
    QMainWindow::keyPressEvent(event);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    m_parts.settings.setWindowGeometry(saveGeometry());
    if (m_may_close && !m_may_close()) {
        event->ignore();
        return;
    }
    QMainWindow::closeEvent(event);
}

} // namespace slipway::views
