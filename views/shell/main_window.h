// The frame: navigation, top bar, the pages, bottom bar. Makes pages at their first visit, leads
// from one to the other, and remembers where the person was.
#pragma once

#include "views/shell/bottom_bar.h"
#include "views/shell/command_palette.h"
#include "views/shell/history.h"
#include "views/shell/navigation_bar.h"
#include "views/shell/palette_finder.h"
#include "views/shell/top_bar.h"
#include "views/widgets/banner.h"
#include "views/widgets/navigator.h"
#include "views/widgets/page_factory.h"
#include "views/widgets/toast.h"

#include <QMainWindow>
#include <functional>
#include <map>

class QStackedWidget;

namespace slipway::views
{

// Everything the window stands on; must outlive it.
struct WindowParts {
    models::Session &session;
    models::FabricStore &store;
    models::MetricHub &metrics;
    models::OperationModel &operations;
    models::PortalSettings &settings;
    Theme &theme;
    Prompter &prompter;
    PackFolder pack_folder = {};
    QString samples_folder = {};
};

class MainWindow : public QMainWindow, public Navigator
{
    Q_OBJECT

public:
    MainWindow(const WindowParts &parts, PageFactory pages, QWidget *parent = nullptr);
    ~MainWindow() override;

    void open(const Place &place) override;
    void back() override;
    void notify(models::Condition condition, const QString &text,
                const Place *place = nullptr) override;

    // Opens the remembered place, or the first run when there is nothing yet.
    void openFirstPlace();
    Page *currentPage() const { return m_current; }
    const Place &currentPlace() const { return m_place; }
    ToastArea &toasts() { return *m_toasts; }
    // Asked before the window closes; false: not now (an answer is being waited for).
    void setCloseGuard(std::function<bool()> may_close) { m_may_close = std::move(may_close); }
    void raiseToFront();
    // Why there may be no fabric; told until one answers.
    void setFabricTrouble(const QString &text);

Q_SIGNALS:
    void reconnectAsked(); // by a person; the session tries already

protected:
    bool event(QEvent *event) override;
    QString serviceOf(const models::InstanceId &id) const override;
    void closeEvent(QCloseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void buildFrame();
    QWidget *makeBannerRow();
    void connectBars();
    void addShortcuts();
    void followSession();
    void showPlace(const Place &place);
    Page *pageFor(PageId id);
    void updateTitle();
    void updateBanner();
    void reconnect();
    void showShortcuts();
    void setNavigationCollapsed(bool collapsed);
    QList<PaletteEntry> findForPalette(const QString &words);
    void restoreWindow();
    QSize roomOnScreen() const;

    WindowParts m_parts;
    PageFactory m_factory;
    PageContext m_context;
    NavigationBar *m_navigation;
    TopBar *m_top;
    BottomBar *m_bottom;
    Banner *m_banner;
    QWidget *m_banner_row = nullptr;
    QStackedWidget *m_stack;
    CommandPalette *m_palette = nullptr;
    ToastArea *m_toasts;
    std::map<PageId, Page *> m_pages; // owned by the stack
    Page *m_current = nullptr;
    Place m_place;
    History m_history;
    QString m_fabric_trouble;
    std::function<bool()> m_may_close;
};

} // namespace slipway::views
