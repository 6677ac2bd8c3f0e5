// A window with the page of guestbook, and what the tests do with it.
#pragma once

#include "tests/views/service/service_samples.h"
#include "views/widgets/segmented_control.h"

#include <QAbstractButton>
#include <QAction>
#include <QLineEdit>
#include <QtTest>

namespace slipway::test
{

struct ServiceDesk {
    std::vector<v1::Change> state;
    PortalHarness harness;
    std::unique_ptr<views::MainWindow> window;

    explicit ServiceDesk(std::vector<v1::Change> shown = sampleState())
        : state(shown), harness(std::move(shown))
    {
        window = harness.makeWindow(servicePages());
        harness.goLive();
        window->resize(1440, 900);
        window->show();
        open({});
    }
    void open(const QString &part, const QString &service = QStringLiteral("guestbook"))
    {
        window->open({views::PageId::Service, service, part});
        QTest::qWait(0); // what was posted for the new page
    }
    template <typename T = QWidget> T *find(const char *name) const
    {
        return window->findChild<T *>(QString::fromLatin1(name));
    }
    QAction *action(const char *name) const
    {
        return window->findChild<QAction *>(QString::fromLatin1(name));
    }
    // False: the control is not there, not seen or cannot be pressed.
    bool click(const char *name) const
    {
        auto *widget = find<QWidget>(name);
        if (widget == nullptr || !widget->isVisible() || !widget->isEnabled()) {
            return false;
        }
        QTest::mouseClick(widget, Qt::LeftButton);
        return true;
    }
    // Waits until it can be pressed. (Never click inside QTRY_VERIFY: it asks twice.)
    bool clickSoon(const char *name) const
    {
        const bool ready = QTest::qWaitFor([&] {
            auto *widget = find<QWidget>(name);
            return widget != nullptr && widget->isVisible() && widget->isEnabled();
        });
        return ready && click(name);
    }
    // A click into the n-th segment.
    bool choose(const char *name, int index, int count) const
    {
        auto *widget = find<views::SegmentedControl>(name);
        if (widget == nullptr || !widget->isVisible()) {
            return false;
        }
        const int middle = widget->width() * (2 * index + 1) / (2 * count);
        QTest::mouseClick(widget, Qt::LeftButton, {}, QPoint(middle, widget->height() / 2));
        return widget->current() == index;
    }
    // Commands that were meant: not the questions that validate only.
    std::vector<v1::Command> meant() const
    {
        std::vector<v1::Command> found;
        for (const auto &command : harness.client.commands()) {
            if (!command.validate_only()) {
                found.push_back(command);
            }
        }
        return found;
    }
    v1::Command lastMeant() const
    {
        const auto all = meant();
        return all.empty() ? v1::Command() : all.back();
    }
};

} // namespace slipway::test
