#include "tests/integration/driven/robot.h"

#include <QAbstractScrollArea>
#include <QApplication>
#include <QCursor>
#include <QElapsedTimer>
#include <QEvent>
#include <QPointer>
#include <QTest>

using namespace Qt::StringLiterals;

namespace slipway::test
{

namespace
{

constexpr int kReachMs = 60000; // for a control to come to rest, uncovered
constexpr int kArriveMs = 20000;
constexpr int kRestMs = 60; // a control that has not moved for so long does not move
constexpr int kWheelTurns = 60;

// Sees whether a widget got the button's release.
class Arrival : public QObject
{
public:
    explicit Arrival(QWidget &widget) { widget.installEventFilter(this); }
    bool come = false;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        come = come || event->type() == QEvent::MouseButtonRelease;
        return QObject::eventFilter(watched, event);
    }
};

QRect onScreen(const QWidget &widget)
{
    return {widget.mapToGlobal(QPoint(0, 0)), widget.size()};
}

QString nameOf(const QWidget *widget)
{
    if (widget == nullptr) {
        return u"no widget"_s;
    }
    const QString kind = QString::fromLatin1(widget->metaObject()->className());
    return kind + u" '"_s + widget->objectName() + u'\'';
}

bool isUnder(const QWidget &widget, const QPoint &at)
{
    const QWidget *hit = QApplication::widgetAt(at);
    return hit == &widget || (hit != nullptr && widget.isAncestorOf(hit));
}

QAbstractScrollArea *scrollerOf(const QWidget &widget)
{
    for (QWidget *up = widget.parentWidget(); up != nullptr; up = up->parentWidget()) {
        auto *area = qobject_cast<QAbstractScrollArea *>(up);
        if (area != nullptr && area->viewport()->isAncestorOf(&widget)) {
            return area;
        }
    }
    return nullptr;
}

} // namespace

QWidget *Robot::visible(const QString &name)
{
    const QWidgetList widgets = QApplication::allWidgets();
    for (QWidget *widget : widgets) {
        if (widget->objectName() == name && widget->isVisible()) {
            return widget;
        }
    }
    return nullptr;
}

bool Robot::usable(const QString &name)
{
    const QWidget *widget = visible(name);
    return widget != nullptr && widget->isEnabled();
}

bool Robot::waitUsable(const QString &name, int timeout_ms)
{
    return QTest::qWaitFor([&] { return usable(name); }, timeout_ms);
}

QString Robot::click(const QString &name) const
{
    QElapsedTimer timer;
    timer.start();
    QString problem;
    while (timer.elapsed() < kReachMs) {
        if (!waitUsable(name)) {
            return u"no usable control named "_s + name;
        }
        const QPointer<QWidget> widget = visible(name);
        problem = aim(*widget);
        if (problem.isEmpty()) {
            return pressOn(*widget, name);
        }
        QTest::qWait(kRestMs); // whatever covers or moves it may be on its way out
    }
    return u"could not aim at "_s + name + u": "_s + problem;
}

// Moves the pointer over the widget's middle; afterwards a press would hit it.
QString Robot::aim(QWidget &widget) const
{
    const QPointer<QWidget> alive = &widget;
    if (const QString problem = bringIntoView(widget); !problem.isEmpty()) {
        return problem;
    }
    const QRect place = onScreen(widget);
    QTest::qWait(kRestMs);
    if (alive == nullptr || onScreen(widget) != place) {
        return u"it moves"_s;
    }
    const QPoint middle = place.center();
    if (const QString problem = m_display.movePointer(middle); !problem.isEmpty()) {
        return problem;
    }
    if (!QTest::qWaitFor([&] { return QCursor::pos() == middle; }, kArriveMs)) {
        return u"the pointer did not get there"_s;
    }
    if (alive == nullptr || !widget.isVisible() || !widget.isEnabled() ||
        onScreen(widget) != place) {
        return u"it moved away or was disabled"_s;
    }
    return isUnder(widget, middle)
               ? QString()
               : QString(nameOf(QApplication::widgetAt(middle)) + u" is in its place"_s);
}

QString Robot::bringIntoView(QWidget &widget) const
{
    QAbstractScrollArea *area = scrollerOf(widget);
    const auto offset = [&] { // below (positive) or above (negative) what is seen
        const QRect seen = onScreen(*area->viewport());
        const int middle = onScreen(widget).center().y();
        return middle > seen.bottom() - 8 ? 1 : middle < seen.top() + 8 ? -1 : 0;
    };
    for (int i = 0; area != nullptr && offset() != 0 && i < kWheelTurns; ++i) {
        const bool down = offset() > 0;
        QString problem = m_display.movePointer(onScreen(*area->viewport()).center());
        problem += m_display.turnWheel(down);
        if (!problem.isEmpty()) {
            return problem;
        }
        QTest::qWait(kRestMs);
    }
    return {};
}

QString Robot::pressOn(QWidget &widget, const QString &name) const
{
    const QPointer<QWidget> alive = &widget;
    Arrival arrival(widget);
    if (const QString problem = m_display.press(); !problem.isEmpty()) {
        return problem;
    }
    const bool arrived =
        QTest::qWaitFor([&] { return arrival.come || alive == nullptr; }, kArriveMs);
    return arrived ? QString() : QString(u"the click did not arrive at "_s + name);
}

// Gives the keys to the window that is in front, as a window manager would.
QString Robot::takeKeys() const
{
    QWidget *front = QApplication::activePopupWidget();
    if (front != nullptr) {
        return {}; // it holds the keyboard
    }
    front = QApplication::activeModalWidget();
    if (front == nullptr) {
        const QWidget *navigation = visible(u"navigation"_s);
        front = navigation == nullptr ? nullptr : navigation->window();
    }
    if (front == nullptr) {
        return u"there is no window to type into"_s;
    }
    if (front->isActiveWindow()) {
        return {};
    }
    if (const QString problem = m_display.giveKeysTo(front->winId()); !problem.isEmpty()) {
        return problem;
    }
    const bool active = QTest::qWaitFor([front] { return front->isActiveWindow(); }, kArriveMs);
    return active ? QString() : QString(nameOf(front) + u" did not get the keys"_s);
}

QString Robot::type(const QString &text) const
{
    const QString problem = takeKeys();
    return problem.isEmpty() ? m_display.type(text) : problem;
}

QString Robot::key(const QString &keys) const
{
    const QString problem = takeKeys();
    return problem.isEmpty() ? m_display.key(keys) : problem;
}

} // namespace slipway::test
