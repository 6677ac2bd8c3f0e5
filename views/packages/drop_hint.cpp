#include "views/packages/drop_hint.h"

#include <QEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QPainter>
#include <QUrl>

namespace slipway::views
{

using namespace Qt::StringLiterals;

DropHint::DropHint(const Theme &theme, QWidget *page) : QWidget(page), m_theme(theme)
{
    setObjectName(u"dropHint"_s);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    page->installEventFilter(this);
    hide();
}

bool DropHint::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize) {
        setGeometry(parentWidget()->rect());
    }
    return QWidget::eventFilter(watched, event);
}

void DropHint::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    auto ground = m_theme.tokens().background;
    ground.setAlphaF(0.88F);
    painter.fillRect(rect(), ground);
    const auto box = QRectF(rect()).adjusted(24, 24, -24, -24);
    painter.setPen(QPen(m_theme.tokens().accent, 2, Qt::DashLine));
    painter.setBrush(m_theme.tokens().selection);
    painter.drawRoundedRect(box, space::kCardRadius, space::kCardRadius);
    const auto picture =
        m_theme.pixmap(u"upload"_s, m_theme.tokens().accent, 40, devicePixelRatioF());
    painter.drawPixmap(QPointF(box.center().x() - 20, box.center().y() - 52), picture);
    painter.setFont(m_theme.font(TextRole::CardTitle));
    painter.setPen(m_theme.tokens().text);
    painter.drawText(box.adjusted(0, 40, 0, 0), Qt::AlignCenter,
                     tr("Drop the package to upload it"));
}

QString droppedFile(const QMimeData *data)
{
    const auto urls = data->urls();
    if (urls.size() != 1 || !urls.first().isLocalFile()) {
        return {};
    }
    const QFileInfo file(urls.first().toLocalFile());
    return file.isFile() ? file.absoluteFilePath() : QString();
}

} // namespace slipway::views
