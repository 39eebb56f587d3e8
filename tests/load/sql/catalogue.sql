-- A catalogue of the size that a province publishes: 5,000 procedures more.

INSERT INTO procedures (id, code, valid_from, valid_to, name, name_en, field, content)
SELECT
    load.id(1704067200000, 1, n), '8.' || lpad(n::text, 6, '0'), '2024-01-01', '9999-12-31',
    (ARRAY['Cấp', 'Cấp lại', 'Đăng ký', 'Gia hạn', 'Xác nhận', 'Chấm dứt'])[1 + n % 6] || ' '
    || (ARRAY['giấy phép xây dựng', 'chứng chỉ hành nghề', 'khai sinh có yếu tố nước ngoài', 'quyền sử dụng đất',
        'hộ kinh doanh', 'giấy chứng nhận an toàn thực phẩm', 'trích lục bản đồ'])[1 + n % 7] || ' loại ' || n,
    'Procedure ' || n,
    (ARRAY['Hộ tịch', 'Đất đai', 'Hoạt động xây dựng', 'An toàn thực phẩm', 'Cư trú'])[1 + n % 5],
    '{"source": "load test", "mark": "C", "subjects": ["citizen"], "agencies": [
        {"part": "competent", "name": {"vi": "Ủy ban nhân dân cấp xã", "en": "People''s Committee of the commune"}}],
     "sequence": [{"vi": "Nộp hồ sơ và nhận kết quả.", "en": "File it and fetch the result."}],
     "results": [{"vi": "Giấy xác nhận", "en": "Certificate"}],
     "cases": [{
        "code": "standard", "name": "Thông thường", "name_en": "Standard",
        "limit": {"amount": 3, "unit": "working_day"}, "limit_source": "load test", "limit_mark": "C",
        "supplement": "restart", "immediate": true,
        "components": [{"code": "request", "name": "Tờ khai", "name_en": "Request", "required": true}],
        "methods": [{"channel": "online"}, {"channel": "counter"}]}]}'
FROM generate_series(1, 5000) AS n
ON CONFLICT DO NOTHING;
UPDATE reference_data SET version = version + 1 WHERE kind = 'procedures';
