#include "views/widgets/log_view.h"

#include "models/base/words.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kLogTimeWidth = 76;
constexpr int kInstanceWidth = 132;
constexpr int kLeft = 12;
constexpr int kRight = 8;
constexpr std::uint64_t kCopiedMax = 100'000;

QString timeOf(const models::LogEntry &entry)
{
    return models::timeWords(entry.time_us / 1000);
}

QString textOf(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), qsizetype(utf8.size()));
}

} // namespace

LogView::LogView(const Theme &theme, models::LogModel &model, QWidget *parent)
    : QAbstractScrollArea(parent), m_theme(theme), m_model(model)
{
    setFrameShape(NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Log"));
    connect(&model, &models::LogModel::changed, this, &LogView::onModelChanged);
    connect(&theme, &Theme::changed, this, &LogView::onModelChanged);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
        if (!m_moving) {
            setFollowing(value == verticalScrollBar()->maximum());
        }
        viewport()->update();
    });
}

int LogView::rowHeight() const
{
    return m_theme.isCompact() ? 18 : 20;
}

int LogView::rowsInView() const
{
    return qMax(1, viewport()->height() / rowHeight());
}

void LogView::setFollowing(bool following)
{
    if (std::exchange(m_following, following) != following) {
        Q_EMIT followingChanged(following);
    }
    if (following) {
        onModelChanged();
    }
}

void LogView::setInstanceShown(bool shown)
{
    m_with_instance = shown;
    viewport()->update();
}

void LogView::onModelChanged()
{
    updateScrollBar();
    viewport()->update();
}

void LogView::updateScrollBar()
{
    m_moving = true;
    auto *bar = verticalScrollBar();
    bar->setPageStep(rowsInView());
    bar->setRange(0, qMax(0, int(m_model.rowCount()) - rowsInView()));
    if (m_following) {
        bar->setValue(bar->maximum());
    }
    m_moving = false;
}

void LogView::resizeEvent(QResizeEvent *event)
{
    QAbstractScrollArea::resizeEvent(event);
    updateScrollBar();
}

void LogView::paintEvent(QPaintEvent *)
{
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), m_theme.tokens().surface);
    const auto first = std::uint64_t(verticalScrollBar()->value());
    const auto count = m_model.rowCount();
    if (count == 0) {
        painter.setPen(m_theme.tokens().secondary);
        painter.setFont(m_theme.font(TextRole::Body));
        painter.drawText(viewport()->rect(), Qt::AlignCenter,
                         m_model.isSearching()         ? tr("Looking…")
                         : m_model.lineCount() > 0     ? tr("No line fits the filter")
                         : m_model.problem().isEmpty() ? tr("No output yet")
                                                       : m_model.problem());
        return;
    }
    painter.setFont(m_theme.font(TextRole::Mono));
    const auto last = qMin(count, first + std::uint64_t(rowsInView()) + 1);
    for (auto row = first; row < last; ++row) {
        paintRow(painter, int(row - first) * rowHeight(), row);
    }
}

void LogView::paintRow(QPainter &painter, int y, std::uint64_t row) const
{
    const auto &tokens = m_theme.tokens();
    const auto entry = m_model.row(row);
    const auto number = m_model.numberOf(row);
    const QRect line(0, y, viewport()->width(), rowHeight());
    const auto [low, high] = std::minmax(m_anchor, m_selected);
    if (m_has_selection && number >= low && number <= high) {
        painter.fillRect(line, tokens.selection);
    }
    int x = kLeft;
    painter.setPen(tokens.secondary);
    painter.drawText(QRect(x, y, kLogTimeWidth, rowHeight()), Qt::AlignVCenter, timeOf(entry));
    x += kLogTimeWidth;
    if (m_with_instance) {
        const auto name = painter.fontMetrics().elidedText(textOf(entry.instance), Qt::ElideMiddle,
                                                           kInstanceWidth - 12);
        painter.drawText(QRect(x, y, kInstanceWidth, rowHeight()), Qt::AlignVCenter, name);
        x += kInstanceWidth;
    }
    painter.setPen(entry.stream == v1::LogLine::ERR     ? tokens.bad
                   : entry.stream == v1::LogLine::AGENT ? tokens.between
                                                        : tokens.text);
    painter.drawText(QRect(x, y, line.width() - x - kRight, rowHeight()), Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(textOf(entry.text), Qt::ElideRight,
                                                      line.width() - x - kRight));
}

int LogView::textLeft() const
{
    return kLeft + kLogTimeWidth + (m_with_instance ? kInstanceWidth : 0);
}

// A line that had to be shortened is told whole, wrapped.
bool LogView::viewportEvent(QEvent *event)
{
    if (event->type() != QEvent::ToolTip) {
        return QAbstractScrollArea::viewportEvent(event);
    }
    const auto *help = static_cast<QHelpEvent *>(event);
    const auto row = rowAt(help->pos().y());
    const auto words = row < 0 ? QString() : textOf(m_model.row(std::uint64_t(row)).text);
    const int room = viewport()->width() - textLeft() - kRight;
    const QFontMetrics metrics(m_theme.font(TextRole::Mono));
    const QString whole =
        metrics.horizontalAdvance(words) <= room
            ? QString()
            : QString(u"<p style=\"white-space: pre-wrap\">"_s + words.toHtmlEscaped() + u"</p>"_s);
    QToolTip::showText(help->globalPos(), whole, viewport());
    return true;
}

qint64 LogView::rowAt(int y) const
{
    const auto row = verticalScrollBar()->value() + y / rowHeight();
    return y >= 0 && std::uint64_t(row) < m_model.rowCount() ? row : -1;
}

void LogView::mousePressEvent(QMouseEvent *event)
{
    const auto row = rowAt(int(event->position().y()));
    m_has_selection = row >= 0;
    if (m_has_selection) {
        m_selected = m_model.numberOf(std::uint64_t(row));
        if (!event->modifiers().testFlag(Qt::ShiftModifier)) {
            m_anchor = m_selected;
        }
    }
    viewport()->update();
}

void LogView::mouseMoveEvent(QMouseEvent *event)
{
    const auto row = rowAt(int(event->position().y()));
    if (m_has_selection && row >= 0) {
        m_selected = m_model.numberOf(std::uint64_t(row));
        viewport()->update();
    }
}

void LogView::selectAll()
{
    m_has_selection = m_model.rowCount() > 0;
    if (m_has_selection) {
        m_anchor = m_model.numberOf(0);
        m_selected = m_model.numberOf(m_model.rowCount() - 1);
    }
    viewport()->update();
}

QString LogView::selectedText() const
{
    QStringList lines;
    const auto [low, high] = std::minmax(m_anchor, m_selected);
    for (std::uint64_t row = 0; m_has_selection && row < m_model.rowCount(); ++row) {
        const auto number = m_model.numberOf(row);
        if (number >= low && number <= high && std::uint64_t(lines.size()) < kCopiedMax) {
            const auto entry = m_model.row(row);
            lines << timeOf(entry) + u' ' + textOf(entry.instance) + u' ' + textOf(entry.text);
        }
    }
    return lines.join(u'\n');
}

// Shift with an arrow, a page, Home or End: from the selected row, or from the last one in view.
bool LogView::extendSelection(const QKeyEvent &event)
{
    const auto count = qint64(m_model.rowCount());
    if (!event.modifiers().testFlag(Qt::ShiftModifier) || count == 0) {
        return false;
    }
    auto row = m_has_selection ? rowOf(m_selected) : -1;
    const bool begins = row < 0;
    if (begins) {
        row = qMin(count, qint64(verticalScrollBar()->value()) + rowsInView()) - 1;
    }
    const int page = qMax(1, rowsInView() - 1);
    switch (event.key()) {
    case Qt::Key_Up:
        row -= begins ? 0 : 1;
        break;
    case Qt::Key_Down:
        row += begins ? 0 : 1;
        break;
    case Qt::Key_PageUp:
        row -= page;
        break;
    case Qt::Key_PageDown:
        row += page;
        break;
    case Qt::Key_Home:
        row = 0;
        break;
    case Qt::Key_End:
        row = count - 1;
        break;
    default:
        return false;
    }
    row = qBound(qint64(0), row, count - 1);
    m_selected = m_model.numberOf(std::uint64_t(row));
    m_anchor = begins ? m_selected : m_anchor;
    m_has_selection = true;
    showRow(row);
    return true;
}

// The row of a line's number; -1: it is gone or filtered out. Numbers grow with rows.
qint64 LogView::rowOf(std::uint64_t number) const
{
    std::uint64_t low = 0;
    std::uint64_t high = m_model.rowCount();
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        m_model.numberOf(middle) < number ? low = middle + 1 : high = middle;
    }
    const bool found = low < m_model.rowCount() && m_model.numberOf(low) == number;
    return found ? qint64(low) : -1;
}

void LogView::showRow(qint64 row)
{
    auto *bar = verticalScrollBar();
    const auto first = qint64(bar->value());
    if (row < first) {
        bar->setValue(int(row));
    } else if (row >= first + rowsInView()) {
        bar->setValue(int(row) - rowsInView() + 1);
    }
    viewport()->update();
}

void LogView::keyPressEvent(QKeyEvent *event)
{
    auto *bar = verticalScrollBar();
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(selectedText());
    } else if (event->matches(QKeySequence::SelectAll)) {
        selectAll();
    } else if (extendSelection(*event)) {
        event->accept();
    } else if (event->key() == Qt::Key_Home) {
        bar->setValue(0);
    } else if (event->key() == Qt::Key_End) {
        bar->setValue(bar->maximum());
    } else if (event->text() == u"/"_s) {
        event->ignore();
    } else {
        QAbstractScrollArea::keyPressEvent(event);
    }
}

} // namespace slipway::views
